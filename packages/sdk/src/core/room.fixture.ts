import { Lab, type Site, SYNC_INTERVAL_MS } from "./replica-lab.fixture.ts";
import { nodeOf, recordOf } from "./replica-state.fixture.ts";
import type { EpochRef, Message } from "./messages.ts";
import type { ReplicaSetRecord } from "./replica-set.ts";

/** Voters 1, 2, ... of one lineage, connected to the first, and learners after them. */
export function room(
  voters: number[],
  learners: number[] = [],
  fields: Partial<ReplicaSetRecord> = {},
): { lab: Lab; sites: Site[] } {
  const lab = new Lab();
  // Learners are barred: nobody enrols them while a test looks on.
  const replicaSet = recordOf(voters, { barred: learners.map((n) => nodeOf(n)), ...fields });
  const sites = [...voters, ...learners].map((n) => lab.site(n, { image: { replicaSet } }));
  for (const other of sites.slice(1)) lab.connect(sites[0]!, other);
  lab.pass(SYNC_INTERVAL_MS);
  return { lab, sites };
}

/** What the given replica goes by. */
export function ref(site: Site): EpochRef {
  const { lineage, epoch } = site.replica.state.replicaSet;
  return { lineage, epoch };
}

/** Loses messages of these types. */
export function dropping(...types: Message["type"][]): (from: Site, to: Site, message: Message) => boolean {
  return (_from, _to, message) => types.includes(message.type);
}
