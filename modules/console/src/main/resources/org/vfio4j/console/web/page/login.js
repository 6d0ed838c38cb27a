// A link may bring the token behind its #, which no server sees and no log keeps.
const form = document.querySelector("form");

function take() {
  const brought = location.hash.slice(1);
  if (!brought) return;
  history.replaceState(null, "", location.pathname);
  form.elements.token.value = brought;
  form.submit();
}

document.getElementById("wrong").hidden = !location.search.includes("wrong");
addEventListener("hashchange", take); // the link, opened where this page is shown
take();
