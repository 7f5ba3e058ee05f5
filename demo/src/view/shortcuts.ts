const FIELDS = "input, textarea, select, dialog, [contenteditable]";

/** What single keys do anywhere on the page but in a field or a dialog. */
export function listenForShortcuts(actions: Readonly<Record<string, () => void>>): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    // Of an editor in a shadow root the event's own target tells nothing.
    const [target] = event.composedPath();
    if (target instanceof Element && target.closest(FIELDS) !== null) return;
    const act = actions[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
}
