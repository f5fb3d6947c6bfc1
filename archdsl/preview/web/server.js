// Talking to archdsl: questions as POSTed JSON, changes of the files as server-sent events.

const AGAIN = 1000; // milliseconds until a lost stream of events is asked for anew

// The server could not be reached at all, as against an answer that says no.
export class Unreachable extends Error {}

export class Refused extends Error {
  constructor(status, answer) {
    super(answer?.error ?? `the server answered ${status}`);
    this.status = status;
    this.answer = answer;
  }
}

export async function start() {
  return answerOf(await reach("/api/start", {}));
}

export async function ask(question, body) {
  return answerOf(
    await reach(`/api/${question}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  );
}

async function reach(address, options) {
  try {
    return await fetch(address, options);
  } catch (error) {
    throw new Unreachable(String(error));
  }
}

async function answerOf(response) {
  let answer = null;
  try {
    answer = await response.json();
  } catch (error) {
    if (response.ok) throw new Unreachable(String(error));
  }
  if (!response.ok) throw new Refused(response.status, answer);
  return answer;
}

// Calls `heard(file)` with what the file holds, at once and after each change, and `lost()` while
// the server is away. The browser looks for it again by itself, but gives up after some failures.
export function listen(heard, lost) {
  const events = new EventSource("/api/events");
  const tell = (event) => heard(JSON.parse(event.data));
  events.addEventListener("state", tell);
  events.addEventListener("change", tell);
  events.onerror = () => {
    lost();
    if (events.readyState !== EventSource.CLOSED) return;
    setTimeout(() => listen(heard, lost), AGAIN);
  };
  addEventListener("pagehide", () => events.close(), { once: true });
}
