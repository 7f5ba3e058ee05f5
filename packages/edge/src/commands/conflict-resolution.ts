import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type ConflictResolution, custom, lastWriteWins, type Resolved, vectorClock, type Version } from "@vecmesh/sdk";
import type { ConflictSettings } from "../settings/conflict-settings.ts";
import { InputError } from "./input-error.ts";

/**
 * What of a replica's configuration the settings say, with what they name loaded: Yjs for `crdt`, the operator's module for `custom`.
 * @throws InputError for a module that is none, or has not what it takes
 * @throws ReplicationError `invalid-config` for fields of another kind than there are
 */
export async function loadConflictResolution(
  settings: ConflictSettings | undefined,
): Promise<{ readonly conflictResolution?: ConflictResolution }> {
  return settings === undefined ? {} : { conflictResolution: await resolutionOf(settings) };
}

async function resolutionOf(settings: ConflictSettings): Promise<ConflictResolution> {
  switch (settings.mode) {
    case "last-write-wins":
      return lastWriteWins();
    case "vector-clock":
      return vectorClock();
    case "crdt": {
      const { crdt } = await import("@vecmesh/sdk/yjs").catch((cause: unknown) => {
        throw new InputError(
          `The conflict resolution crdt needs the package yjs beside this one (npm install yjs): ${reasonOf(cause)}`,
        );
      });
      return crdt({ fields: settings.fields as never });
    }
    case "custom":
      return resolverIn(settings.file);
  }
}

async function resolverIn(file: string): Promise<ConflictResolution> {
  const { href } = pathToFileURL(resolve(file));
  const found = (await import(href).catch((cause: unknown) => {
    throw new InputError(`--resolver: ${file} cannot be loaded: ${reasonOf(cause)}`);
  })) as Readonly<Record<string, unknown>>;
  const { resolve: resolver, version } = found;
  if (typeof resolver !== "function" || typeof version !== "string" || version === "")
    throw new InputError(
      `--resolver: ${file} must export what \`custom\` of @vecmesh/sdk takes: a function \`resolve\` of siblings, and a text \`version\`.`,
    );
  return custom(resolver as (siblings: readonly Version[]) => Resolved, { version });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
