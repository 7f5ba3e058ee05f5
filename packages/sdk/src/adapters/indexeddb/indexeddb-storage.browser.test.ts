import { describe, expect, it } from "vitest";
import { storageContract } from "../../testing/storage-contract.ts";
import { indexedDbStorage } from "./indexeddb-storage.ts";

storageContract({ describe, it, expect }, { name: "IndexedDB", adapter: () => indexedDbStorage() });
