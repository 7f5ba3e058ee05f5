import { CausalContext } from "../../core/causal-context.ts";
import type { Effect } from "../../core/effects.ts";
import type * as LivePushModule from "../../core/live-push.ts";
import { type Mistake, mistake } from "./mistake.ts";
import type * as RoutedMailModule from "../../core/routed-mail.ts";
import type * as SendSessionModule from "../../core/send-session.ts";

export const PARTIAL_MESH_MISTAKES: readonly Mistake[] = [
  mistake<typeof RoutedMailModule>(
    "a relay acknowledges what it is to pass on, since it holds it itself",
    "T7",
    "core/routed-mail.ts",
    (right) => ({
      RoutedMail: class extends right.RoutedMail {
        readonly #env: ConstructorParameters<typeof right.RoutedMail>[0];
        constructor(...[env, ...rest]: ConstructorParameters<typeof right.RoutedMail>) {
          super(env, ...rest);
          this.#env = env;
        }
        override onQuestion(
          ...[peer, message]: Parameters<RoutedMailModule.RoutedMail["onQuestion"]>
        ): string | undefined {
          const { state } = this.#env;
          const { nonce, route, body, target } = message;
          if (target === state.nodeId || body.type !== "ack-request" || !state.context.coversAll(body.dots))
            return super.onQuestion(peer, message);
          const { request, lineage, epoch } = body;
          const ack = { type: "ack", request, lineage, epoch, counter: Number.MAX_SAFE_INTEGER } as const;
          const answer = { type: "routed-answer", nonce, route: route.slice(0, -1), body: ack } as const;
          this.#env.emit({ type: "send", link: peer.link, message: answer });
          return undefined;
        }
      },
    }),
  ),
  mistake<typeof LivePushModule>(
    "what came live is left out of sessions for ever, as if no push were ever lost",
    "T7",
    "core/live-push.ts",
    (right) => ({
      LivePush: class extends right.LivePush {
        #ever = CausalContext.EMPTY;
        override underWay(link: Parameters<LivePushModule.LivePush["underWay"]>[0]): CausalContext {
          this.#ever = this.#ever.join(super.underWay(link));
          return this.#ever;
        }
      },
    }),
  ),
  mistake<typeof SendSessionModule>(
    "a session that leaves out what is on its way claims it all the same",
    "T7",
    "core/send-session.ts",
    (right) => ({
      SendSession: class extends right.SendSession {
        constructor(...[env, peer, pull, ...rest]: ConstructorParameters<typeof right.SendSession>) {
          const snapshot = env.state.context.inBuckets(pull.buckets);
          const emit = (effect: Effect): void => {
            const isEnd = effect.type === "send" && effect.message.type === "session-end";
            if (!isEnd || effect.message.outcome !== "incomplete") env.emit(effect);
            else env.emit({ ...effect, message: { ...effect.message, outcome: "complete", context: snapshot } });
          };
          super({ ...env, emit }, peer, pull, ...rest);
        }
      },
    }),
  ),
];
