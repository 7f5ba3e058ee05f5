import { type Mistake, mistake } from "./mistake.ts";
import { CausalContext } from "../../core/causal-context.ts";
import type * as LeasesModule from "../../core/leases.ts";
import type { NodeId } from "../../core/node-id.ts";
import type * as PeerReportsModule from "../../core/peer-reports.ts";
import type * as SendSessionModule from "../../core/send-session.ts";

export const COLLECTION_MISTAKES: readonly Mistake[] = [
  mistake<typeof SendSessionModule>(
    "who is behind the horizon of collected tombstones is caught up by a session",
    "S2",
    "core/send-session.ts",
    (right) => ({
      SendSession: class extends right.SendSession {
        constructor(...[env, peer, pull, underWay]: ConstructorParameters<typeof right.SendSession>) {
          const state = new Proxy(env.state, {
            get: (real, key) => {
              if (key === "horizon") return CausalContext.EMPTY;
              const value: unknown = Reflect.get(real, key, real);
              return typeof value === "function" ? (value.bind(real) as unknown) : value;
            },
          });
          super({ ...env, state }, peer, { ...pull, horizon: CausalContext.EMPTY }, underWay);
        }
      },
    }),
  ),
  mistake<typeof LeasesModule>("tombstones wait for the voters' reports alone", "C9", "core/leases.ts", (right) => ({
    Leases: class extends right.Leases {
      override holders(): NodeId[] {
        return [];
      }
    },
  })),
  mistake<typeof PeerReportsModule>("only a peer's first report is heeded", "C9", "core/peer-reports.ts", (right) => ({
    PeerReports: class extends right.PeerReports {
      override note(...[nodeId, digest]: Parameters<PeerReportsModule.PeerReports["note"]>): void {
        if (!this.hasReported(nodeId)) super.note(nodeId, digest);
      }
    },
  })),
];
