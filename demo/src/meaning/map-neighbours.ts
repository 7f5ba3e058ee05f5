import type { Point } from "./map-frame.ts";

const DIRECTIONS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** How much a step sideways counts against a step ahead: what lies ahead is preferred to what lies beside. */
const SIDEWAYS = 2;

/** The index of the nearest of `points` (in pixels) that lies in the direction of an arrow key; `undefined` if none does. */
export function nearestInDirection(from: Point, points: readonly Point[], key: string): number | undefined {
  const direction = DIRECTIONS[key];
  if (direction === undefined) return undefined;
  let best: number | undefined;
  let bestCost = Infinity;
  points.forEach(({ x, y }, index) => {
    const ahead = (x - from.x) * direction.x + (y - from.y) * direction.y;
    const aside = Math.abs((x - from.x) * direction.y) + Math.abs((y - from.y) * direction.x);
    const cost = ahead + SIDEWAYS * aside;
    if (ahead > 0 && cost < bestCost) {
      best = index;
      bestCost = cost;
    }
  });
  return best;
}
