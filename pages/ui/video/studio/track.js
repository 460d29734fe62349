// What was read at a time: the values that `fer.export.track.player_track` has packed.
const LOST_AFTER_STEPS = 1.6; // a face that is not in the next frame is drawn no longer than this

function unpacked(text, kind) {
  const bytes = Uint8Array.from(atob(text || ""), (letter) => letter.charCodeAt(0));
  return new kind(bytes.buffer);
}

function readTrack(packed) {
  if (!packed || !packed.rows) return null;
  const time = unpacked(packed.time_s, Float32Array);
  const firsts = []; // row at which each frame begins
  for (let k = 0; k < time.length; k += 1) if (!k || time[k] !== time[k - 1]) firsts.push(k);
  return {
    ...packed, time, firsts,
    person: unpacked(packed.person, Uint16Array),
    box: unpacked(packed.box, Uint16Array),
    probs: unpacked(packed.probs, Uint8Array),
    state: unpacked(packed.state, Uint8Array),
  };
}

// Position in `firsts` of the last frame that is not later than `seconds`; -1 before the first.
function frameAt(track, seconds) {
  let low = 0, high = track.firsts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (track.time[track.firsts[middle]] <= seconds + 1e-4) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function rowsOf(track, frame) {
  const first = track.firsts[frame];
  const stop = frame + 1 < track.firsts.length ? track.firsts[frame + 1] : track.rows;
  return Array.from({ length: Math.max(0, stop - first) }, (_, k) => first + k);
}

// Everybody at a time: the row that holds, its person, and where the face is between two frames.
function facesAt(track, seconds, chosen) {
  const frame = frameAt(track, seconds);
  if (frame < 0) return [];
  const start = track.time[track.firsts[frame]];
  if (seconds - start > Math.max(LOST_AFTER_STEPS * track.step_s, 0.12)) return [];
  const following = frame + 1 < track.firsts.length ? rowsOf(track, frame + 1) : [];
  return rowsOf(track, frame)
    .filter((row) => chosen == null || track.people[track.person[row]].id === chosen)
    .map((row) => {
      const next = following.find((other) => track.person[other] === track.person[row]);
      const length = next == null ? 0 : track.time[next] - start;
      const share = length > 0 && length <= 2 * LOST_AFTER_STEPS * track.step_s
        ? Math.min(1, Math.max(0, (seconds - start) / length)) : 0;
      const box = [0, 1, 2, 3].map((k) => {
        const here = track.box[4 * row + k];
        return (here + (next == null ? 0 : share * (track.box[4 * next + k] - here))) / 65535;
      });
      return { row, box, person: track.people[track.person[row]], ...answerOf(track, row) };
    });
}

function answerOf(track, row) {
  const probs = Array.from(track.probs.subarray(7 * row, 7 * row + 7), (step) => step / 250);
  const state = track.state[row];
  if (state >= 100) return { probs: null, state: "", words: track.reasons[state - 100] || "not read" };
  const name = track.states[state];
  return { probs, state: name, words: name === "unsure" ? "unsure" : `${name} ${percent(Math.max(...probs))}` };
}

function percent(share) {
  // As fer.text.percent: nothing that was read is nothing, or everything.
  if (share < 0.005) return "<1%";
  if (share >= 0.995) return ">99%";
  return `${Math.round(100 * share)}%`;
}

function clock(seconds) {
  const tenths = Math.max(0, Math.round(10 * seconds));
  const hours = Math.floor(tenths / 36000), minutes = Math.floor(tenths / 600) % 60;
  const rest = ((tenths % 600) / 10).toFixed(1).padStart(4, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}
