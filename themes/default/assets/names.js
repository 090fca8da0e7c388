"use strict";
// Compares names as the registry's package legalname does, rule by rule, where there is no query handler to ask.
// A browser test holds the two to the same answers over thousands of names. The letters that Unicode does not
// take apart, and the names that may stand for each other, come from the page, which has them from that package.
// One rule is missing: the tables by which a name in another script is known by its Latin spelling are too large
// for a page, so such a pair is "different" here, and a person compares it.
(() => {
  const apostrophes = /['`’‘‛ʼʻʽʾʿˈ′´＇ـ\p{Cf}]/gu;
  const diacriticScripts = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Armenian}]/u;
  const ideographs = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
  const longestWord = 64; // characters
  const shortestMistaken = 4; // characters of a word in which a mistake is forgiven

  // fold gives the text without case, diacritics and apostrophes.
  const fold = (text, letters) => {
    let folded = "";
    let strip = false; // whether the marks of the letter before are only diacritics
    for (const char of text.replace(apostrophes, "").normalize("NFKD")) {
      if (char < "\u0080") {
        strip = true;
        folded += char.toLowerCase();
      } else if (/\p{Mn}/u.test(char)) {
        if (!strip) folded += char;
      } else {
        strip = diacriticScripts.test(char);
        const lower = char.toLowerCase();
        folded += letters[lower] ?? lower;
      }
    }
    return folded.normalize("NFC");
  };

  // words are the words of a name; a run of Chinese, Japanese or Korean is a word of its own.
  const words = (name, letters) => {
    const list = [];
    let word = "";
    let length = 0;
    let ideographic = false;
    const flush = () => {
      if (length) list.push(word);
      word = "";
      length = 0;
    };
    for (const char of fold(name, letters)) {
      if (!(char < "\u0080" ? /[a-z0-9]/ : /[\p{L}\p{M}\p{Nd}]/u).test(char)) {
        flush();
        continue;
      }
      const mark = /\p{M}/u.test(char);
      if (mark && !length) continue; // a mark without a letter before it
      if (!mark && (char >= "\u1100" && ideographs.test(char)) !== ideographic) {
        flush();
        ideographic = !ideographic;
      }
      if (length < longestWord) word += char;
      length++;
    }
    flush();
    return list;
  };

  // oneMistake says whether exactly one typing mistake tells two words apart.
  const oneMistake = (one, other) => {
    const [a, b] = [Array.from(one), Array.from(other)];
    let head = 0;
    while (head < a.length && head < b.length && a[head] === b[head]) head++;
    let tail = 0;
    while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
    const [x, y] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
    const [m, n] = [x.length, y.length];
    if (m + n === 0 || m + n === 3 || m > 2 || n > 2) return false;
    if (m === 2 && n === 2 ? x[0] !== y[1] || x[1] !== y[0] : m === 2 || n === 2) return false;
    return Math.max(a.length, b.length) >= shortestMistaken;
  };

  const isInitial = (initial, word) => Array.from(initial).length === 1 && word.startsWith(initial);

  // kinOf gives, by word, the words that may stand for it.
  const kinOf = ({ variants, maxKin }) => {
    const related = new Map();
    for (const group of variants.map((line) => line.split(" "))) {
      for (const word of group) {
        const kin = related.get(word) ?? [];
        related.set(word, kin);
        for (const other of group) if (other !== word && !kin.includes(other) && kin.length < maxKin) kin.push(other);
      }
    }
    return related;
  };

  // compare says how well a name that someone gives agrees with the legal name: "exact", "close" or "different".
  const compare = (given, legal, letters, kin) => {
    const [a, b] = [words(given, letters), words(legal, letters)];
    if (!a.length || !b.length) return "different";
    const [left, right] = [a.join(""), b.join("")];
    if (left === right) return "exact";
    if (oneMistake(left, right)) return "close";
    const onlyA = [];
    const onlyB = [...b];
    for (const word of a) {
      const i = onlyB.indexOf(word);
      if (i >= 0) onlyB.splice(i, 1);
      else onlyA.push(word);
    }
    const same = a.length - onlyA.length;
    const different = onlyA.length + onlyB.length;
    const [x, y] = [onlyA[0], onlyB[0]];
    const close =
      different === 0 ||
      (onlyA.length === 1 && onlyB.length === 1 && (oneMistake(x, y) || (same > 0 && (isInitial(x, y) || isInitial(y, x) || kin.get(x)?.includes(y))))) ||
      (different === 1 && same >= 2);
    return close ? "close" : "different";
  };

  // names gives both by the vocabulary of a page.
  const names = (vocabulary) => {
    const kin = kinOf(vocabulary);
    return {
      words: (name) => words(name, vocabulary.letters),
      compare: (given, legal) => compare(given, legal, vocabulary.letters, kin),
    };
  };

  globalThis.registry = Object.freeze({ ...registry, names });
})();
