import type { Runtime } from "../ports/runtime.ts";
import type { Store } from "../ports/storage.ts";

export type Pairs = readonly (readonly [key: string, value: Uint8Array])[];

/** All pairs under a prefix, chunk by chunk, each in a task of its own, also where the store needs none to read them (P6). */
export async function* scanInTasks(store: Store, prefix: string, runtime: Runtime): AsyncGenerator<Pairs, void> {
  let isFirst = true;
  for await (const chunk of store.scan(prefix)) {
    if (!isFirst) await anotherTask(runtime);
    isFirst = false;
    yield chunk;
  }
}

export function anotherTask(runtime: Runtime): Promise<void> {
  return new Promise((resolve) => runtime.soon(resolve));
}
