import { coveredOn, type DotName, heldOn } from "./stored-image.ts";
import type { Disk } from "./disk.ts";
import type { Life } from "./clock.ts";
import type { SyncReport } from "../core/effects.ts";

interface Side {
  readonly disk: Disk;
  readonly life: Life | undefined;
}

interface Before {
  readonly side: Side;
  readonly life: Life | undefined;
  readonly covered: ReadonlySet<DotName>;
  readonly held: readonly DotName[];
}

/**
 * Whether a report of `forceSync` can be true, by what was and is on both disks. Other ways bring and take versions in the same time, so
 * a report may say less than the disks show, and never more.
 */
export class SyncReportCheck {
  readonly #ours: Before;
  readonly #peers: Before;

  constructor(ours: Side, peer: Side) {
    this.#ours = before(ours);
    this.#peers = before(peer);
  }

  /** What the report claims and no disk shows. */
  faults({ received, sent, dropped, droppedByPeer }: SyncReport): string[] {
    const claims = [
      ...claimsOf(this.#ours, "received", received, "dropped", dropped),
      ...claimsOf(this.#peers, "sent", sent, "dropped by the peer", droppedByPeer),
    ];
    return claims
      .filter(({ claimed, shown }) => claimed > shown)
      .map(({ what, claimed, shown }) => `says that ${claimed} were ${what}, and the disk shows ${shown}`);
  }
}

interface Claim {
  readonly what: string;
  readonly claimed: number;
  readonly shown: number;
}

/** Nothing of a side whose process or disk has become another meanwhile: it may have lost what it had gained. */
function claimsOf(
  { side, life, covered, held }: Before,
  gains: string,
  gained: number,
  losses: string,
  lost: number,
): Claim[] {
  if (side.life !== life || side.disk.hasFlips) return [];
  const now = coveredOn(side.disk.image);
  const left = heldOn(side.disk.image);
  const come = [...now].filter((dot) => !covered.has(dot));
  const gone = new Set([...held, ...come].filter((dot) => !left.has(dot)));
  return [
    { what: gains, claimed: gained, shown: come.length },
    { what: losses, claimed: lost, shown: gone.size },
  ];
}

function before(side: Side): Before {
  const { image } = side.disk;
  return { side, life: side.life, covered: coveredOn(image), held: [...heldOn(image).keys()] };
}
