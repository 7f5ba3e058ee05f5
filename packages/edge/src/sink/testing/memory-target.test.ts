import { memorySubject } from "./memory-target.fixture.ts";
import { targetContract } from "./target-contract.fixture.ts";

targetContract(memorySubject());
