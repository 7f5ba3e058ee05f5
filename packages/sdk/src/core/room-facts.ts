/** What all replicas of a room must agree on. `undefined`: left out by this replica, which takes the room's. */
export interface RoomFacts {
  readonly dimensions: number | undefined;
  readonly replicationFactor: number | undefined;
  readonly distinctDevices: boolean | undefined;
  /** The mode's name and, for `custom`, its version, as in `custom:v2`. */
  readonly conflictResolution: string | undefined;
}
