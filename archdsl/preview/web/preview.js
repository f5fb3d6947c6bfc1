// The preview: an editor, the diagram of what is in it, its costs, and what is wrong with it.

import { showCosts } from "./costs.js";
import { Diagram } from "./diagram.js";
import { counted, element, find } from "./dom.js";
import { Since, followScheme, goTo, ownEditor, setText, usedViewer } from "./editor.js";
import { showFindings } from "./findings.js";
import { Notices } from "./notices.js";
import { scheme, splitter, tabs } from "./panes.js";
import { showProblems } from "./problems.js";
import { Refused, Unreachable, ask, listen, start } from "./server.js";

const CALM = 250; // milliseconds without one before its costs are added up
const SLOW = 600; // milliseconds after which a check is said to take long

class Preview {
  constructor(beginning) {
    this.beginning = beginning;
    this.name = beginning.name;
    this.net = beginning.net;
    this.spec = beginning.spec;
    this.disk = null; // what the file held when its text was last here: { text, digest }
    this.edits = 0; // counts changes of the text, to tell an answer to an older one
    this.asking = false;
    this.answer = null;
    this.sound = null; // the last answer with a diagram
    this.notices = new Notices(find("notices"));
    const nonce = document.querySelector('meta[name="style-nonce"]').content;
    const setting = { vocabulary: beginning.vocabulary, known: () => this.answer?.blocks ?? [], nonce };
    this.own = ownEditor(find("own"), this.name, setting, {
      changed: (changes) => this.changed(changes),
      moved: () => this.follow(this.own, this.name),
    });
    this.used = usedViewer(find("used"), setting, { moved: () => this.follow(this.used, this.file) });
    this.since = new Since(0);
    this.diagram = new Diagram(find("diagram"), (place, goes) => this.picked(place, goes));
    this.file = this.name;
    this.frame();
  }

  // Everything around the editor and the diagram.
  frame() {
    document.title = `${this.name} · archdsl`;
    find("name").textContent = this.name;
    find("folder").textContent = this.beginning.folder;
    const settings = Object.entries(this.beginning.settings);
    find("settings").hidden = settings.length === 0;
    find("settings").textContent = settings.map(([name, value]) => `${name}=${value}`).join(" ");
    find("save").addEventListener("click", () => this.save());
    find("net").addEventListener("change", (event) => {
      this.net = event.target.value;
      this.check();
    });
    this.chooseFile = tabs(find("files"), (tab) => this.showFile(tab.dataset.file));
    this.chooseView = tabs(find("diagram-tab").parentElement, (tab) => this.showView(tab.id));
    this.chooseView(find("diagram-tab"));
    this.showFiles([]);
    splitter(find("middle"), find("panes"), "--source", { least: 15, most: 80, usual: 38 });
    splitter(find("between"), find("source"), "--problems", { across: true, turned: true, least: 8, most: 70, usual: 22 });
    scheme(find("theme"), (dark) => {
      followScheme([this.own, this.used]);
      this.diagram.scheme(dark);
    });
    addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
        event.preventDefault();
        this.save();
      }
    });
    addEventListener("beforeunload", (event) => {
      if (this.isUnsaved) event.preventDefault();
    });
  }

  get text() {
    return this.own.state.doc.toString();
  }

  get isUnsaved() {
    return this.disk !== null && this.text !== this.disk.text;
  }

  // The text

  changed(changes) {
    this.edits += 1;
    this.since.add(changes);
    this.showUnsaved();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.check()); // once the letter is on the screen
  }

  showUnsaved() {
    const unsaved = this.isUnsaved;
    find("unsaved").hidden = !unsaved;
    find("save").disabled = !unsaved && !this.disk?.missing;
    document.title = `${unsaved ? "● " : ""}${this.name} · archdsl`;
  }

  // Ask about the text as it is now. One question at a time: what was typed meanwhile is asked
  // about as soon as the answer is there, and that answer, being about an older text, is dropped.
  async check() {
    clearTimeout(this.timer);
    if (this.disk === null || this.away) return;
    if (this.asking) {
      this.again = true;
      return;
    }
    this.asking = true;
    this.again = false;
    const { edits, net } = this;
    const slow = setTimeout(() => this.showStatus("busy", "checking …"), SLOW);
    try {
      const answer = await ask("check", { text: this.text, net });
      if (edits === this.edits && net === this.net && !this.again) this.show(answer);
      else this.again = true;
    } catch (error) {
      this.failed(error);
    } finally {
      clearTimeout(slow);
      this.asking = false;
      if (this.again) this.check();
    }
  }

  failed(error) {
    if (error instanceof Unreachable) this.lost();
    else if (error instanceof Refused) this.notices.show("refused", "error", error.message);
    else throw error;
  }

  show(answer) {
    this.answer = answer;
    this.checked = this.edits;
    this.notices.hide("refused");
    this.showNets(answer);
    // A text with errors may not tell any more which files it uses.
    const others = answer.sound ? [] : [...this.files].map(([name, text]) => ({ name, text }));
    this.showFiles([...others, ...answer.files]);
    showFindings(this.own, answer.diagnostics, this.name);
    if (this.file !== this.name) showFindings(this.used, answer.diagnostics, this.file);
    showProblems(find("problems"), answer.diagnostics, (label) => this.goTo(label), (edit) => this.mend(edit));
    if (answer.sound) {
      this.sound = answer;
      this.since = new Since(this.own.state.doc.length);
      this.diagram.show(answer.document, answer.undrawn);
      this.diagram.point(this.place(this.own, this.name));
      clearTimeout(this.calm);
      this.calm = setTimeout(() => this.addUp(), find("costs").hidden ? CALM : 0);
    }
    this.showKept(answer);
    this.showOutcome(answer);
    document.body.dataset.shown = this.edits; // for those who wait for it, such as tests
  }

  showNets(answer) {
    const choice = find("net");
    find("nets").hidden = answer.nets.length < 2;
    const now = [...choice.options].map((option) => option.value);
    if (now.join("\n") !== answer.nets.join("\n")) {
      choice.replaceChildren(...answer.nets.map((name) => element("option", { value: name }, name)));
    }
    choice.value = answer.net ?? "";
    this.net = answer.net;
  }

  showKept(answer) {
    const kept = !answer.sound && this.sound !== null && !answer.blocks_alone;
    find("kept").hidden = !kept;
    find("kept").textContent = kept ? "The last text without errors is shown" : "";
    find("result").classList.toggle("kept", kept);
    if (answer.sound) return;
    if (answer.blocks_alone) this.diagram.say("This file defines blocks and no net. Shapes are checked where a net calls them.");
    else if (this.sound === null) this.diagram.say("The diagram comes once the text has no errors.");
  }

  showOutcome(answer) {
    const parts = [];
    if (answer.errors) parts.push(counted(answer.errors, "error"));
    if (answer.warnings) parts.push(counted(answer.warnings, "warning"));
    if (answer.totals) {
      const { nodes, params, macs } = answer.totals;
      parts.unshift("sound", counted(nodes, "node"), counted(params, "parameter"), `${counted(macs, "MAC")}`);
    } else if (answer.blocks_alone && !answer.errors) parts.unshift(counted(answer.blocks.length, "block"));
    const kind = answer.errors ? "error" : answer.warnings ? "warning" : "sound";
    this.showStatus(kind, parts.join(" · "));
  }

  showStatus(kind, text) {
    const status = find("status");
    status.className = kind;
    if (status.textContent !== text) status.textContent = text;
  }

  // Costs

  async addUp() {
    clearTimeout(this.calm);
    const key = this.sound?.key;
    if (find("costs").hidden || !key || this.costed === key) return;
    try {
      const table = await ask("summary", { key });
      if (key !== this.sound.key) return;
      this.costed = key;
      showCosts(find("costs"), table, (path) => {
        this.chooseView(find("diagram-tab"), true);
        this.diagram.select(path);
      });
    } catch (error) {
      if (!(error instanceof Refused && error.status === 404)) this.failed(error);
    }
  }

  showView(id) {
    const costs = id === "costs-tab";
    find("costs").hidden = !costs;
    find("diagram").hidden = costs;
    if (costs) this.addUp();
  }

  // Files and places

  showFiles(files) {
    this.files = new Map(files.map((file) => [file.name, file.text]));
    const names = [this.name, ...this.files.keys()];
    const list = find("files");
    list.hidden = names.length < 2;
    const wrong = (name) =>
      (this.answer?.diagnostics ?? []).filter((one) => one.severity === "error" && one.labels[0]?.file === name).length;
    if (!names.includes(this.file)) this.file = this.name;
    const labels = names.map((name) => `${name} ${wrong(name)}`).join("\n");
    if (labels !== this.tabLabels) {
      this.tabLabels = labels;
      list.replaceChildren(
        ...names.map((name, at) =>
          element(
            "button",
            {
              type: "button",
              role: "tab",
              "data-file": name,
              "aria-controls": at ? "used" : "own",
              title: at ? `${name}: to read; the page follows what other programs save` : name,
            },
            name.split("/").at(-1),
            wrong(name) ? element("span", { class: "count" }, `${wrong(name)}`, element("span", { class: "unseen" }, " errors")) : null,
          ),
        ),
      );
    }
    this.chooseFile([...list.children].find((tab) => tab.dataset.file === this.file), false);
  }

  showFile(name) {
    const isOwn = name === this.name;
    const turned = name !== this.file;
    this.file = name;
    find("own").hidden = !isOwn;
    find("used").hidden = isOwn;
    if (isOwn) return;
    setText(this.used, this.files.get(name));
    if (turned) showFindings(this.used, this.answer.diagnostics, name);
  }

  goTo({ file, from, to }, focus = true) {
    if (file !== this.name && !this.files.has(file)) return;
    if (file !== this.file) this.chooseFile([...find("files").children].find((tab) => tab.dataset.file === file), false);
    goTo(file === this.name ? this.own : this.used, from, to, focus);
  }

  // Edits are for the text that was checked: the next keystroke takes them away. In a file that
  // only is used, the place is shown.
  mend({ file, from, to, text }) {
    if (this.checked !== this.edits) return;
    this.goTo({ file, from, to });
    if (file !== this.name) return;
    this.own.dispatch({
      changes: { from, to, insert: text },
      selection: { anchor: from + text.length },
      userEvent: "input.mend",
    });
  }

  // Where the cursor is, in the text that the diagram was made from.
  place(view, file) {
    const offset = view.state.selection.main.head;
    return { file, offset: file === this.name ? this.since.then(offset) : offset };
  }

  follow(view, file) {
    if (this.sound) this.diagram.point(this.place(view, file));
  }

  // A box was chosen: show what it was made from.
  picked({ name, start, end }, goes = false) {
    const isOwn = name === this.name;
    this.goTo({ file: name, from: isOwn ? this.since.now(start) : start, to: isOwn ? this.since.now(end) : end }, goes);
  }

  // The file on disk

  heard(file) {
    if (file.spec !== this.spec) {
      this.away = true;
      this.notices.show("away", "error", "This address shows another spec by now.", [["Show it", () => location.reload()]]);
      return;
    }
    const returned = this.away;
    this.away = false;
    this.notices.hide("away");
    if (this.saving) this.waiting = file;
    else this.compare(file);
    if (returned || file.used) this.check();
  }

  lost() {
    this.away = true;
    this.showStatus("error", "disconnected");
    this.notices.show(
      "away",
      "error",
      "The preview is not running any more. What is typed here stays here; the page goes on once `archdsl preview` runs again at this address.",
    );
  }

  compare(file) {
    if (file.problem) {
      this.notices.show("disk", "warning", `\`${this.name}\` cannot be read any more: ${file.problem}.`);
      return;
    }
    if (this.disk === null) {
      this.load(file);
      return;
    }
    if (file.digest === this.disk.digest) {
      this.disk.missing = file.missing;
      this.notices.hide("disk");
      return;
    }
    if (file.missing) {
      this.disk = { ...file, text: this.disk.text };
      this.notices.show("disk", "warning", `\`${this.name}\` is not on disk any more. Save writes it again.`);
      this.showUnsaved();
    } else if (!this.isUnsaved || file.text === this.text) this.load(file);
    else this.conflict(file);
  }

  load(file) {
    const first = this.disk === null;
    this.disk = file;
    this.notices.hide("disk");
    setText(this.own, file.text);
    this.showUnsaved();
    if (first) {
      this.own.dispatch({ selection: { anchor: 0 } });
      this.check();
    }
  }

  conflict(file) {
    this.notices.show("disk", "warning", `Another program has saved \`${this.name}\`, and the text here has changes that are not saved.`, [
      ["Take the file's text", () => this.load(file)],
      [
        "Keep this text",
        () => {
          // Saving may replace exactly what was refused here, and nothing newer.
          this.disk = file;
          this.notices.hide("disk");
          this.showUnsaved();
        },
      ],
    ]);
  }

  async save() {
    if (this.disk === null || this.saving || (!this.isUnsaved && !this.disk.missing)) return;
    this.saving = true;
    const { text } = this;
    try {
      const { digest } = await ask("save", { spec: this.spec, text, base: this.disk.digest });
      this.disk = { text, digest, missing: false };
      this.notices.hide("disk");
      this.notices.hide("refused");
    } catch (error) {
      if (error instanceof Refused && error.answer?.now) this.compare(error.answer.now);
      else this.failed(error);
    } finally {
      this.saving = false;
      this.showUnsaved();
      if (this.waiting) this.compare(this.waiting);
      this.waiting = null;
    }
  }
}

async function begin() {
  try {
    const preview = new Preview(await start());
    listen((file) => preview.heard(file), () => preview.lost());
    preview.own.focus();
  } catch (error) {
    find("status").textContent = String(error.message ?? error);
    throw error;
  }
}

begin();
