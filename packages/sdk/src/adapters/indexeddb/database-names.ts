/** The small database that all stores of a browser profile share: the device id and which stores there are. */
export const PROFILE_DATABASE = "vecmesh:profile";

/**
 * A store's database, and its lock. JSON, because it is one-to-one whatever the names contain: quotes and lone
 * surrogates are escaped, so no two pairs give one name.
 */
export function storeDatabaseName(room: string, replicaName: string): string {
  return `vecmesh:store:${JSON.stringify([room, replicaName])}`;
}
