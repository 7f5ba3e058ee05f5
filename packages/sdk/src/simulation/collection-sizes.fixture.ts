import { Session } from "node:inspector";

type Property = {
  readonly name: string;
  readonly value?: {
    readonly type: string;
    readonly subtype?: string;
    readonly className?: string;
    readonly description?: string;
    readonly objectId?: string;
  };
};

/** Instances of instances; a replica's machines are three levels below the replicator. */
const MAX_DEPTH = 6;

/**
 * How many elements the maps, sets and arrays hold that an object keeps in its fields, private ones included, and those of the class
 * instances below it: by the debugger's protocol, so that no class has to show its insides for it. One instance of each class is looked at.
 * @param strange classes whose instances belong to somebody else
 */
export function collectionSizes(root: object, strange: ReadonlySet<string>): ReadonlyMap<string, number> {
  const session = new Session();
  session.connect();
  const sizes = new Map<string, number>();
  const visited = new Set(strange);
  const propertiesOf = (objectId: string): readonly Property[] => {
    let properties: readonly Property[] = [];
    session.post("Runtime.getProperties", { objectId, ownProperties: true }, (error, answer) => {
      if (error !== null) throw error;
      properties = [
        ...answer.result,
        ...((answer as { privateProperties?: Property[] }).privateProperties ?? []),
      ] as Property[];
    });
    return properties;
  };
  const walk = (objectId: string, className: string, depth: number): void => {
    if (depth > MAX_DEPTH || visited.has(className)) return;
    visited.add(className);
    for (const { name, value } of propertiesOf(objectId)) {
      if (value?.type !== "object" || value.objectId === undefined) continue;
      const size = /^(?:Map|Set|Array)\((\d+)\)/.exec(value.description ?? "")?.[1];
      if (size !== undefined) sizes.set(`${className}.${name}`, Number(size));
      else if (value.subtype === undefined && value.className !== "Object")
        walk(value.objectId, value.className ?? "", depth + 1);
    }
  };
  const holder = globalThis as { inspected?: object };
  holder.inspected = root;
  session.post("Runtime.evaluate", { expression: "globalThis.inspected" }, (error, answer) => {
    if (error !== null) throw error;
    walk(answer.result.objectId!, root.constructor.name, 0);
  });
  delete holder.inspected;
  session.disconnect();
  return sizes;
}
