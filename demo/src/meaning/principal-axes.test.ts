import { describe, expect, test } from "vitest";
import { principalAxes } from "./principal-axes.ts";
import { Scatter } from "./scatter.ts";

const DIMENSIONS = 5;

function scatterOf(points: readonly (readonly number[])[]): Scatter {
  const scatter = new Scatter(DIMENSIONS);
  for (const point of points) scatter.add(Float32Array.from(point));
  return scatter;
}

/** Spread most along the third dimension, then along the first. */
const POINTS = [
  [1, 0, 8, 0.1, 0],
  [-1, 0, -8, 0, 0.1],
  [3, 0.1, 0, 0, 0],
  [-3, -0.1, 0, 0, 0],
];

describe("principal axes", () => {
  test("are the directions of the largest spread", () => {
    const { x, y } = principalAxes(scatterOf(POINTS).covariance(), DIMENSIONS);
    expect(Math.abs(x[2]!)).toBeGreaterThan(0.98);
    expect(Math.abs(y[0]!)).toBeGreaterThan(0.98);
  });

  test("are unit vectors at right angles", () => {
    const { x, y } = principalAxes(scatterOf(POINTS).covariance(), DIMENSIONS);
    const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, c, i) => sum + c * b[i]!, 0);
    expect(dot(x, x)).toBeCloseTo(1, 9);
    expect(dot(y, y)).toBeCloseTo(1, 9);
    expect(dot(x, y)).toBeCloseTo(0, 9);
  });

  test("follow from the spread alone, whatever the order of the points", () => {
    const { x, y } = principalAxes(scatterOf(POINTS).covariance(), DIMENSIONS);
    const other = principalAxes(scatterOf([...POINTS].reverse()).covariance(), DIMENSIONS);
    other.x.forEach((component, i) => expect(component).toBeCloseTo(x[i]!, 9));
    other.y.forEach((component, i) => expect(component).toBeCloseTo(y[i]!, 9));
  });

  test("turn only a little for one more point among many", () => {
    const many = Array.from({ length: 50 }, () => POINTS).flat();
    const { x, y } = principalAxes(scatterOf(many).covariance(), DIMENSIONS);
    const more = principalAxes(scatterOf([...many, [2, 2, 2, 2, 2]]).covariance(), DIMENSIONS);
    const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, c, i) => sum + c * b[i]!, 0);
    expect(dot(more.x, x)).toBeGreaterThan(0.99);
    expect(dot(more.y, y)).toBeGreaterThan(0.99);
  });

  test.each([
    ["no point", []],
    ["one point", [[1, 2, 3, 4, 5]]],
    ["the same point twice", [Array(5).fill(1), Array(5).fill(1)]],
    ["points on a line", POINTS.slice(2)],
  ])("are finite for %s", (_, points) => {
    const { x, y } = principalAxes(scatterOf(points).covariance(), DIMENSIONS);
    expect([...x, ...y].every(Number.isFinite)).toBe(true);
    expect(Math.hypot(...y)).toBeCloseTo(1, 6);
  });
});

describe("a scatter", () => {
  test("is as before once what was added is removed", () => {
    const scatter = scatterOf(POINTS);
    const before = scatter.covariance();
    const passing = Float32Array.from([9, 8, 7, 6, 5]);
    scatter.add(passing);
    expect([...scatter.covariance()]).not.toEqual([...before]);
    scatter.remove(passing);
    expect(scatter.count).toBe(POINTS.length);
    scatter.covariance().forEach((value, i) => expect(value).toBeCloseTo(before[i]!, 9));
  });
});
