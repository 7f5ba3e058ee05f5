import { element, setText } from "./element.ts";
import { icon } from "./icon.ts";

export interface RoomAccess {
  readonly element: HTMLElement;
  update(hasPassword: boolean): void;
}

/** As many bytes as the SDK takes, if all are letters without accents; it says so for others. */
const MAX_PASSWORD_LENGTH = 1024;

/** Who may join: one quiet line, and the form behind it. */
export function createRoomAccess(setPassword: (password: string) => Promise<void>): RoomAccess {
  const words = element("span", { "data-testid": "room-access-words" });
  const open = element("span", { class: "room-access-icon" });
  const field = element("input", {
    class: "field",
    type: "password",
    required: true,
    maxlength: String(MAX_PASSWORD_LENGTH),
    autocomplete: "new-password",
    placeholder: "Several words",
    "aria-label": "Password of the room",
    "aria-describedby": "room-access-hint",
    "data-testid": "password-input",
  });
  const button = element("button", { class: "button", type: "submit", "data-testid": "password-save" });
  const submit = async (): Promise<void> => {
    button.disabled = true;
    try {
      await setPassword(field.value);
      field.value = "";
      details.open = false;
    } finally {
      button.disabled = false;
    }
  };
  const form = element(
    "form",
    {
      class: "room-access-form",
      on: {
        submit: (event) => {
          event.preventDefault();
          // What fails, `setPassword` has shown.
          submit().catch(() => undefined);
        },
      },
    },
    element("div", { class: "room-access-row" }, field, button),
    element(
      "p",
      { class: "hint", id: "room-access-hint" },
      "Make it hard to guess. Everybody here needs the same one. It stands in this page's address after the #, which no server is told: the copied link brings others in.",
    ),
  );
  const details = element(
    "details",
    { class: "card room-access", "data-testid": "room-access" },
    element("summary", { "data-testid": "room-access-toggle" }, open, words),
    form,
  );
  return {
    element: details,
    update: (hasPassword) => {
      details.dataset.password = String(hasPassword);
      open.replaceChildren(icon(hasPassword ? "locked" : "unlocked"));
      setText(
        words,
        hasPassword ? "This room has a password" : "This room has no password: who knows its name can join",
      );
      setText(button, hasPassword ? "Change" : "Set password");
    },
  };
}
