// A link may bring the token behind its #, which no server sees and no log keeps.
const form = document.querySelector("form");
const brought = location.hash.slice(1);

document.getElementById("wrong").hidden = !location.search.includes("wrong");
if (brought) {
  history.replaceState(null, "", location.pathname);
  form.elements.token.value = brought;
  form.submit();
}
