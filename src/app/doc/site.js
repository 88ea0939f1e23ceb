
(() => {
  const menu = document.querySelector("nav details");
  if (window.matchMedia("(max-width: 48rem)").matches) { menu.open = false; }
  const input = document.getElementById("wanted");
  if (!input) { return; }
  input.closest("p").hidden = false;
  const rows = [...document.querySelectorAll("[data-name]")];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const groups = [...document.querySelectorAll(".group")];
  const count = document.getElementById("count");
  const show = () => {
    const words = input.value.trim().toLowerCase().split(/\s+/);
    let found = 0;
    rows.forEach((row, at) => {
      row.hidden = !words.every((word) => texts[at].includes(word));
      found += row.hidden ? 0 : 1;
    });
    groups.forEach((group) => { group.hidden = !group.querySelector("[data-name]:not([hidden])"); });
    count.textContent = input.value.trim() ? `${found} found` : "";
  };
  input.addEventListener("input", show);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") { return; }
    const wanted = input.value.trim().toLowerCase();
    const shown = rows.filter((row) => !row.hidden);
    const best = shown.find((row) => row.dataset.name === wanted) || shown[0];
    if (best) { best.querySelector("a").click(); }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== input) { event.preventDefault(); input.focus(); }
  });
  show();
})();
