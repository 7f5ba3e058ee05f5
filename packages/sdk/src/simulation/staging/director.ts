import { decidedAlone } from "./decided-alone.ts";
import type { DramaName } from "./drama-names.ts";
import { lateHeir } from "./late-heir.ts";
import type { Machine } from "../machine.ts";
import { restoredVoter } from "./restored-voter.ts";
import { sealedApart } from "./sealed-apart.ts";
import { Stage } from "./stage.ts";
import type { World } from "../world.ts";

/** Plays, and returns whether it came to what it is about. */
type Drama = (stage: Stage) => Promise<boolean>;

const PLAYS: Readonly<Record<DramaName, Drama>> = {
  "sealed-apart": sealedApart,
  "decided-alone": decidedAlone,
  "restored-voter": restoredVoter,
  "late-heir": lateHeir,
};

/** Plays the drama of a staged run, once. */
export class Director {
  readonly #world: World;
  readonly #stage: Stage;
  #isPlaying = false;
  #played: DramaName | undefined;

  constructor(world: World, machines: readonly Machine[]) {
    this.#world = world;
    this.#stage = new Stage(world, machines);
  }

  get isPlaying(): boolean {
    return this.#isPlaying;
  }

  /** Whether users and faults do nothing but what the drama says. */
  get isHushed(): boolean {
    return this.#isPlaying && this.#stage.isHushed;
  }

  /** The drama, if it came to what it is about. */
  get played(): DramaName | undefined {
    return this.#played;
  }

  delivered(from: number, to: number, bytes: Uint8Array): void {
    if (this.#isPlaying) this.#stage.delivered(from, to, bytes);
  }

  begin(): void {
    const { plan, trace, ledger } = this.#world;
    if (plan.drama === undefined) return;
    const { drama } = plan;
    this.#isPlaying = true;
    PLAYS[drama](this.#stage).then(
      (isWhole) => {
        if (isWhole) this.#played = drama;
        trace.note(() => `-- ${drama} ${isWhole ? "has been played" : "did not come about"}`);
        this.end();
      },
      (error: unknown) => ledger.violation(`exception: ${drama} broke off: ${String(error)}`),
    );
  }

  /** What has been put apart comes together. */
  end(): void {
    this.#isPlaying = false;
    this.#stage.end();
  }
}
