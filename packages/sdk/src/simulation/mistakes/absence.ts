import { type Mistake, mistake } from "./mistake.ts";
import { CausalContext } from "../../core/causal-context.ts";
import type * as SendSessionModule from "../../core/send-session.ts";

export const ABSENCE_MISTAKES: readonly Mistake[] = [
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
];
