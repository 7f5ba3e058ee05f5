import { createIdentity, type Identity } from "@vecmesh/sdk";

const STORE = "identities";

/** The author of that name in this browser: the first call makes it, later ones and later pages find it again. */
export async function keptIdentity(name: string): Promise<Identity> {
  const database = await opened();
  try {
    const found = await done<Identity | undefined>(database.transaction(STORE).objectStore(STORE).get(name));
    if (found !== undefined) return found;
    const made = await createIdentity();
    await done(database.transaction(STORE, "readwrite").objectStore(STORE).add(made, name));
    return made;
  } finally {
    database.close();
  }
}

/** As the SDK names the author: the public key in hex. */
export async function authorOf({ publicKey }: Identity): Promise<string> {
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", publicKey));
  return Array.from(raw, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function opened(): Promise<IDBDatabase> {
  const request = indexedDB.open("kept identities", 1);
  request.addEventListener("upgradeneeded", () => void request.result.createObjectStore(STORE));
  return done(request);
}

function done<T>(request: IDBRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result as T));
    request.addEventListener("error", () => reject(request.error ?? new Error("IndexedDB gave no reason")));
  });
}
