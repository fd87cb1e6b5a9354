// The review: letters choose a code while the codes are shown, and only then.

const which = document.getElementById("which");
const buttons = document.querySelectorAll("#codes [data-letter]");

function follow() {
  for (const button of buttons) {
    if (which.checked) button.dataset.key = button.dataset.letter;
    else delete button.dataset.key;
  }
  if (which.checked) buttons[0].focus();
  else document.activeElement?.blur();
}

which?.addEventListener("change", follow);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !which?.checked) return;
  which.checked = false;
  follow();
});

// What the browser remembers of the box from before.
if (which?.checked) follow();
