// The answers and probabilities at the playhead, as a table of a column a person.
const MOST_PEOPLE = 3;

function cell(row, tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  row.appendChild(made);
  return made;
}

function showValues(place, track, faces) {
  const shown = faces.slice(0, MOST_PEOPLE);
  const table = document.createElement("table");
  const caption = table.createCaption();
  caption.textContent = "At the playhead";
  const head = table.createTHead().insertRow();
  cell(head, "td", "");
  for (const face of shown) {
    const name = cell(head, "th", "");
    name.scope = "col";
    const dot = document.createElement("i");
    dot.style.background = face.person.color;
    name.append(dot, face.person.name, document.createElement("br"));
    const answer = document.createElement("b");
    answer.textContent = face.words;
    name.appendChild(answer);
  }
  if (!shown.length) cell(head, "th", "nobody is read").scope = "col";
  const body = table.createTBody();
  for (const emotion of track ? track.shown : []) {
    const row = body.insertRow();
    cell(row, "th", emotion).scope = "row";
    for (const face of shown) {
      const share = face.probs ? face.probs[track.emotions.indexOf(emotion)] : null;
      const value = cell(row, "td", "");
      const bar = document.createElement("span");
      bar.style.width = `${Math.round(100 * (share || 0))}%`;
      bar.style.background = track.colors[emotion];
      const number = document.createElement("em");
      number.textContent = share == null ? "–" : percent(share);
      value.append(bar, number);
    }
    if (!shown.length) cell(row, "td", "").appendChild(document.createElement("em")).textContent = "–";
  }
  // Only what has changed: a reader's selection stays, and so does the place of the page.
  if (place.shown !== table.innerHTML) {
    place.shown = table.innerHTML;
    place.replaceChildren(table);
  }
}
