import { describe, expect, it } from "vitest";
import { storageContract } from "@vecmesh/sdk/testing";
import { levelDbStorage } from "./leveldb-storage.ts";
import { temporaryFolder } from "../testing/temporary-folder.fixture.ts";

const folder = temporaryFolder();

storageContract({ describe, it, expect }, { name: "LevelDB", adapter: () => levelDbStorage(folder) });
