import type { JsonObject, StoredEntry, Version } from "@vecmesh/sdk";
import type { Note, NoteVersion } from "./note.ts";
import { DIMENSIONS } from "../meaning/vocabulary.ts";
import { normalise } from "../meaning/unit-vector.ts";
import { readMetadata } from "./entry-metadata.ts";
import { Scatter } from "../meaning/scatter.ts";
import { WordCloud } from "../meaning/word-cloud.ts";
