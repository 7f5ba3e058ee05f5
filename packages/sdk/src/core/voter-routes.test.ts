import { describe, expect, it } from "vitest";
import { MAX_ROUTE_HOPS, type Route, routesTo, THROUGH_YOU, type Way } from "./voter-routes.ts";
import type { LinkId } from "./peer.ts";
import type { NodeId } from "./node-id.ts";
import { nodeOf } from "./replica-state.fixture.ts";

const VOTER = nodeOf(99);
const NONE: ReadonlyMap<NodeId, Route> = new Map();

function way(n: number, fields: { links?: number[]; hops?: number } = {}): Way {
  return {
    link: n as LinkId,
    nodeId: nodeOf(n),
    links: new Set((fields.links ?? []).map((other) => nodeOf(other))),
    hops: new Map(fields.hops === undefined ? [] : [[VOTER, fields.hops]]),
  };
}

const found = (ways: Way[], before: ReadonlyMap<NodeId, Route> = NONE): Route | undefined =>
  routesTo([VOTER], ways, before).get(VOTER);

describe("routes to a voter (T7)", () => {
  it("are one connection to a neighbour, two by way of its neighbour, and one more than what others tell", () => {
    expect(found([way(1, { links: [99] }), way(99)])).toEqual({ link: 99, hops: 1 });
    expect(found([way(1, { hops: 2 }), way(2, { links: [99] })])).toEqual({ link: 2, hops: 2 });
    expect(found([way(1, { hops: 4 }), way(2, { hops: 3 })])).toEqual({ link: 2, hops: 4 });
  });

  it("never lead through whom this replica is on the way of", () => {
    expect(found([way(1, { hops: THROUGH_YOU })])).toBeUndefined();
  });

  it("keep to the connection in use among equals", () => {
    const ways = [way(1, { hops: 2 }), way(2, { hops: 2 })];
    expect(found(ways)?.link).toBe(1);
    expect(routesTo([VOTER], ways, new Map([[VOTER, { link: 2 as LinkId, hops: 3 }]])).get(VOTER)?.link).toBe(2);
  });

  it("end where no mesh is so wide", () => {
    expect(found([way(1, { hops: MAX_ROUTE_HOPS - 1 })])?.hops).toBe(MAX_ROUTE_HOPS);
    expect(found([way(1, { hops: MAX_ROUTE_HOPS })])).toBeUndefined();
  });
});
