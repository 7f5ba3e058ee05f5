import type * as ConflictResolutionModule from "../../core/conflict-resolution.ts";
import type * as LivePushModule from "../../core/live-push.ts";
import type * as LocalWriterModule from "../../core/local-writer.ts";
import type * as PeerStatusModule from "../../core/peer-status.ts";
import type { Effect, LocalItem } from "../../core/effects.ts";
import type { JsonObject, StoredVersion } from "../../core/version.ts";
import type { Draft } from "../../core/draft.ts";
import type { Origin } from "../../core/node-id.ts";
import { compareHlc } from "../../core/hybrid-logical-clock.ts";
import type * as DurableReportsModule from "../../core/durable-reports.ts";
import type * as IntervalSetModule from "../../core/interval-set.ts";
import { mergeVectors } from "../../core/version-vector.ts";
import { type Mistake, mistake } from "./mistake.ts";
import type * as SendSessionModule from "../../core/send-session.ts";
import type * as SiblingsModule from "../../core/siblings.ts";
import type * as StableCutModule from "../../core/stable-cut.ts";
import type { VersionStamp } from "../../core/version.ts";

export const SYNC_MISTAKES: readonly Mistake[] = [
  mistake<typeof SendSessionModule>(
    "the snapshot context is joined before the batches",
    "S5",
    "core/send-session.ts",
    (right) => ({
      SendSession: class extends right.SendSession {
        constructor(...[env, peer, pull, underWay]: ConstructorParameters<typeof right.SendSession>) {
          super(env, peer, pull, underWay);
          const { context, horizon } = env.state;
          const message = {
            type: "session-end",
            outcome: "complete",
            session: pull.session,
            context: context.inBuckets(pull.buckets),
            horizon,
          } as const;
          env.emit({ type: "send", link: peer.link, message });
        }
      },
    }),
  ),
  mistake<typeof SendSessionModule>(
    "the context that is joined is that of the scan's end",
    "S5",
    "core/send-session.ts",
    (right) => ({
      SendSession: class extends right.SendSession {
        constructor(...[env, peer, pull, underWay]: ConstructorParameters<typeof right.SendSession>) {
          const emit = (effect: Effect): void => {
            if (effect.type !== "send" || effect.message.type !== "session-end" || effect.message.context.isEmpty) {
              env.emit(effect);
              return;
            }
            const context = env.state.context.inBuckets(pull.buckets);
            env.emit({ ...effect, message: { ...effect.message, context } });
          };
          super({ ...env, emit }, peer, pull, underWay);
        }
      },
    }),
  ),
  mistake<typeof LivePushModule>("a live push closes gaps", "S6", "core/live-push.ts", (right) => ({
    LivePush: class extends right.LivePush {
      readonly #env: ConstructorParameters<typeof right.LivePush>[0];
      constructor(...[env, neighbourhood, noteReceived]: ConstructorParameters<typeof right.LivePush>) {
        super(env, neighbourhood, noteReceived);
        this.#env = env;
      }
      override onPush(...[peer, push]: Parameters<LivePushModule.LivePush["onPush"]>): void {
        super.onPush(peer, push);
        const upTo = push.versions.flatMap(({ dot: { origin, seq } }) =>
          Array.from({ length: Math.min(seq, 1000) }, (_, i) => ({ origin, seq: seq - i })),
        );
        this.#env.queue.push({
          size: 0,
          stage: (draft) => {
            draft.joinContext(draft.context.with(upTo), draft.horizon);
            return false;
          },
          settle: () => undefined,
          fail: () => undefined,
        });
      }
    },
  })),
  mistake<typeof LocalWriterModule>(
    "a store counts on from what it holds, and reuses dots after a restored backup",
    "C2",
    "core/local-writer.ts",
    () => ({
      LocalWriter: class {
        commitFailed(): void {}
        write(draft: Draft, items: readonly LocalItem[]): StoredVersion[] {
          const origin = draft.nodeId.slice(0, 16) as Origin;
          return items
            .filter((item) => item.kind === "put" || draft.isVisible(item.id))
            .map((item) => {
              let seq = 1;
              while (draft.covers({ origin, seq })) seq++;
              const isPut = item.kind === "put";
              const version = draft.prepare(
                { origin, seq },
                {
                  id: item.id,
                  vector: isPut ? item.vector : new Float32Array(0),
                  metadata: isPut ? item.metadata : {},
                  tombstone: !isPut,
                },
              );
              draft.write(version);
              return version;
            });
        }
      },
    }),
  ),
  mistake<typeof SiblingsModule>(
    "the join applies a resolver, which prefers its first argument",
    "C6",
    "core/siblings.ts",
    (right) => ({
      joinSiblings: <V extends VersionStamp>(siblings: readonly V[], incoming: V): readonly V[] => {
        const joined = right.joinSiblings(siblings, incoming);
        if (joined.length < 2) return joined;
        return [{ ...joined[0]!, context: right.contextOver(joined) }];
      },
    }),
  ),
  mistake<typeof ConflictResolutionModule>(
    "the last write wins, and of two at one time the one that came first",
    "C6",
    "core/conflict-resolution.ts",
    (right) => ({
      project: <M extends JsonObject>(
        siblings: readonly StoredVersion[],
        resolution: ConflictResolutionModule.ConflictResolution<M>,
      ) => {
        const live = siblings.filter((version) => !version.tombstone);
        const [winner] = [...live].sort((a, b) => compareHlc(b.hlc, a.hlc));
        const shown = right.project(siblings, resolution);
        if (resolution.mode !== "last-write-wins" || winner === undefined || shown === undefined) return shown;
        return { ...shown, vector: winner.vector, metadata: winner.metadata as M, timestamp: winner.hlc.wallMs };
      },
    }),
    { from: 36, took: 41 },
  ),
  mistake<typeof PeerStatusModule>(
    "a peer that was equal once is said not to lag though this replica has moved on",
    "lagMs",
    "core/peer-status.ts",
    (right) => ({
      PeerStatus: class extends right.PeerStatus {
        readonly #peers: ConstructorParameters<typeof right.PeerStatus>[0]["peers"];
        constructor(...args: ConstructorParameters<typeof right.PeerStatus>) {
          super(...args);
          this.#peers = args[0].peers;
        }
        override contextChanged(): void {
          const equal = [...this.#peers.values()].filter((peer) => peer.differsSince === undefined);
          super.contextChanged();
          for (const peer of equal) peer.differsSince = undefined;
        }
      },
    }),
  ),
  mistake<typeof IntervalSetModule>("contexts are 'the highest seq seen'", "C3", "core/interval-set.ts", (right) => ({
    // From 1, but for the far seqs of a peer that lies, which no oracle could list.
    addInterval: (set: IntervalSetModule.IntervalSet, from: number, to: number) =>
      right.addInterval(set, to > 1000 ? from : 1, to),
  })),
  mistake<typeof SiblingsModule>("a write's context names its direct siblings only", "C7", "core/siblings.ts", () => ({
    contextOver: (siblings: readonly VersionStamp[]) =>
      mergeVectors(
        [],
        siblings.map((sibling) => sibling.dot),
      ),
  })),
  mistake<typeof SiblingsModule>("siblings that lose are dropped", "C9", "core/siblings.ts", (right) => ({
    joinSiblings: <V extends VersionStamp>(siblings: readonly V[], incoming: V): readonly V[] => {
      const joined = right.joinSiblings(siblings, incoming);
      if (joined === siblings || joined.length < 2) return joined;
      return [...joined].sort((a, b) => compareHlc(b.hlc, a.hlc)).slice(0, 1);
    },
  })),
  mistake<typeof StableCutModule>(
    "a tombstone is collected by age, whoever has reported it",
    "C9",
    "core/stable-cut.ts",
    (right) => ({
      StableCut: class extends right.StableCut {
        constructor(...[own, , reports]: ConstructorParameters<typeof right.StableCut>) {
          super(own, [], reports);
        }
      },
    }),
  ),
  mistake<typeof DurableReportsModule>(
    "a report tells what only a relaxed commit has",
    "C9",
    "core/durable-reports.ts",
    (right) => ({
      DurableReports: class extends right.DurableReports {
        constructor(...[env, ...others]: ConstructorParameters<typeof right.DurableReports>) {
          const state = new Proxy(env.state, {
            get: (real, key) => (key === "relaxedPending" ? false : (Reflect.get(real, key, real) as unknown)),
          });
          super({ ...env, state }, ...others);
        }
      },
    }),
  ),
];
