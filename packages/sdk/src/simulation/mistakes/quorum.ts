import type * as AcknowledgementModule from "../../core/acknowledgement.ts";
import { type Mistake, mistake } from "./mistake.ts";

export const QUORUM_MISTAKES: readonly Mistake[] = [
  mistake<typeof AcknowledgementModule>(
    "a voter acknowledges what it has not stored",
    "Q4",
    "core/acknowledgement.ts",
    (right) => ({
      AckDesk: class extends right.AckDesk {
        readonly #env: ConstructorParameters<typeof right.AckDesk>[0];
        constructor(...[env, answerSelf]: ConstructorParameters<typeof right.AckDesk>) {
          super(env, answerSelf);
          this.#env = env;
        }
        override ask(question: Parameters<AcknowledgementModule.AckDesk["ask"]>[0]): void {
          if (question.asker === "self") {
            super.ask(question);
            return;
          }
          const { lineage, epoch } = question.ref;
          const message = {
            type: "ack",
            request: question.request,
            lineage,
            epoch,
            counter: this.#env.state.counter,
          } as const;
          this.#env.emit({ type: "send", link: question.asker, message });
        }
      },
    }),
  ),
];
