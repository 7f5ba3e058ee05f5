import type { LineageState } from "./lineage-state.ts";
import { hasVote } from "./lineage-state.ts";
import type { Message } from "./messages.ts";
import type { DurableState } from "./durable-state.ts";
import type { Peer } from "./peer.ts";
import type { ReplicaSetRecord } from "./replica-set.ts";

/** What a peer knows once it has been told this, as a text to compare by. */
export function newsKey(active: ReplicaSetRecord, decided: ReplicaSetRecord | undefined, isHome: boolean): string {
  return `${isHome ? "home" : "vote"} ${active.epoch} ${decided?.epoch ?? ""}`;
}

interface News {
  readonly key: string;
  readonly message: Message;
}

/** What a peer should hear of a lineage: of the one this replica goes by, and of others that concern the peer. */
export function newsFor(peer: Peer, state: LineageState, { home, replicaSet }: DurableState): News | undefined {
  const { active, decided, retiredInto } = state;
  const { lineage } = active;
  const livesInIt = peer.replicaSet.lineage === lineage;
  if (retiredInto !== undefined && lineage !== home) {
    if (!livesInIt) return undefined;
    return { key: `retired ${home}`, message: { type: "retired", lineage, replicaSet } };
  }
  const isHome = lineage === home;
  if (!isHome && !livesInIt && !hasVote(state, peer.nodeId)) return undefined;
  return {
    key: newsKey(active, decided, isHome),
    message: { type: "replica-set", replicaSet: active, decided, isHome },
  };
}
