import { errorWordsOf } from "./view/error-words-of.ts";
import { failurePage } from "./view/failure.ts";
import { loadVocabulary, DIMENSIONS } from "./meaning/vocabulary.ts";
import { openNotesPage } from "./page/notes-page.ts";
import { Replicator, vectorClock } from "@vecmesh/sdk";
import { settingsFrom } from "./page/page-address.ts";

async function open(): Promise<HTMLElement> {
  const settings = settingsFrom(new URL(location.href));
  const { room, signaling, password } = settings;
  const vocabulary = loadVocabulary("./vocabulary/");
  const replicator = await Replicator.create({
    room,
    ...(signaling === undefined ? {} : { signaling }),
    ...(password === undefined ? {} : { password, relay: true }),
    dimensions: DIMENSIONS,
    distinctDevices: false,
    conflictResolution: vectorClock(),
    replicaName: "auto",
  });
  return openNotesPage(settings, replicator, await vocabulary);
}

const place = document.querySelector("#page")!;
open().then(
  (page) => place.replaceChildren(page),
  (error: unknown) => place.replaceChildren(failurePage(errorWordsOf(error))),
);
