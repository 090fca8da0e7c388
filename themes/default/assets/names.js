"use strict";
// Compares names as the registry's package legalname does, rule by rule, where there is no query handler to ask.
// A browser test holds the two to the same answers over thousands of names. The letters that Unicode does not
// take apart, and the names that may stand for each other, come from the page, which has them from that package;
// the spellings in Latin letters, which are many, from a file that is asked for when a name needs them.
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

  // ---- Names in other scripts, by their Latin spellings.

  const skeletonMark = "~"; // begins the consonants of a word
  const maxSpelled = 8; // words of a name whose spelling in another script is looked for
  const isLatin = (word) => /^\p{Script=Latin}/u.test(word);
  const isSpelled = (word) => word.codePointAt(0) >= 0x370 && !/^[\p{Script=Latin}\p{Nd}]/u.test(word);
  const alike = { c: "j", j: "j", k: "k", q: "k", g: "k", b: "b", p: "b", v: "b", d: "d", t: "d", s: "s", z: "s", x: "ks", f: "f", h: "h", l: "l", m: "m", n: "n", r: "r" };

  // skeletonOf gives the consonants of a word, those alike that spellings mix up; "" for a word without any.
  const skeletonOf = (word) => {
    let skeleton = "";
    let previous = "";
    for (const char of word) {
      if (char !== previous && (char !== "h" || !previous)) skeleton += alike[char] ?? "";
      previous = char;
    }
    return skeleton && skeletonMark + skeleton;
  };

  // speller gives the spellings of words by an alphabet, each as {word, latin}.
  const speller = ({ letters: blocks, families }) => {
    const parted = new Map();
    const spell = (char) => {
      const code = char.codePointAt(0);
      if (code < 0x7f) return char;
      const block = (code >> 8).toString(16);
      if (!parted.has(block)) parted.set(block, blocks[block]?.split(" ") ?? []);
      return parted.get(block)[code & 0xff] ?? "";
    };

    const romanized = (word) => {
      const [first, ...rest] = word;
      const sounds = /\p{Script=Hebrew}/u.test(first) ? [first, ...rest.filter((char) => char !== "ו")] : [first, ...rest];
      const latin = words(sounds.map(spell).join(""), {}).join("");
      if (!latin) return [];
      const list = [];
      if (!/[\p{Script=Arabic}\p{Script=Hebrew}]/u.test(first)) list.push(latin.replace(/aa|ii|uu/g, (long) => long[0]));
      const skeleton = skeletonOf(latin);
      if (skeleton && !/\p{Script=Han}/u.test(first)) list.push(skeleton);
      const article = "ال"; // which many leave out
      if (word.startsWith(article) && rest.length > 2) list.push(...romanized(word.slice(article.length)));
      return list;
    };

    const splitFamily = (word) => {
      const chars = Array.from(word);
      if (chars.length < 2 || chars.length > 4) return [word];
      const n = chars.length > 2 && families.includes(chars[0] + chars[1]) ? 2 : 1;
      return [chars.slice(0, n).join(""), chars.slice(n).join("")];
    };

    return (list) =>
      list.flatMap((word, i) => {
        if (!isSpelled(word)) return [];
        if (/^[\p{Script=Han}\p{Script=Hangul}]/u.test(word)) return splitFamily(word).map((part) => ({ word: part, latin: romanized(part) }));
        const latin = romanized(word);
        if (list[i - 1] === "عبد") latin.push(...romanized(list[i - 1] + word)); // Abd al-Karim is Abdulkarim as well
        return [{ word, latin }];
      });
  };

  // readings are the words as typed, and then with each two or three neighbours as one.
  const readings = (list) => {
    const all = [list];
    for (const size of [2, 3]) {
      for (let i = 0; i + size <= list.length; i++) all.push([...list.slice(0, i), list.slice(i, i + size).join(""), ...list.slice(i + size)]);
    }
    return all;
  };

  // mayBeSpellings says whether a name in Latin letters may be one in another script.
  const mayBeSpellings = (latin, other) => latin.length <= maxSpelled && latin.every(isLatin) && other.some(isSpelled);

  // areSpellings says whether a name in Latin letters has a spelling of each part of the other, and nothing else.
  const areSpellings = (latin, other, spellingsOf, kin) => {
    if (!mayBeSpellings(latin, other)) return false;
    const parts = spellingsOf(other);
    if (parts.length < other.length) return false;
    return readings(latin).some((reading) => {
      if (reading.length !== parts.length) return false;
      const rest = [...reading];
      return parts.every((part) => {
        const i = rest.findIndex((word) => part.latin.includes(word) || part.latin.includes(skeletonOf(word)) || kin.get(word)?.includes(part.word));
        if (i >= 0) rest.splice(i, 1);
        return i >= 0;
      });
    });
  };

  // ---- Names.

  // compareWords says how well the words of two names agree, the script aside.
  const compareWords = (a, b, kin) => {
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

  // names compares by the vocabulary of a page, and by the alphabet that it has learned.
  const names = (vocabulary) => {
    const kin = kinOf(vocabulary);
    let spellingsOf = null;
    const wordsOf = (name) => words(name, vocabulary.letters);
    return {
      words: wordsOf,
      // compare says how well a name that someone gives agrees with the legal name: "exact", "close" or "different";
      // null where that needs the alphabet.
      compare: (given, legal) => {
        const [a, b] = [wordsOf(given), wordsOf(legal)];
        const match = compareWords(a, b, kin);
        if (match !== "different" || !a.length || !b.length || !(mayBeSpellings(a, b) || mayBeSpellings(b, a))) return match;
        if (!spellingsOf) return null;
        return areSpellings(a, b, spellingsOf, kin) || areSpellings(b, a, spellingsOf, kin) ? "close" : match;
      },
      learn: (alphabet) => {
        spellingsOf = speller(alphabet);
      },
    };
  };

  globalThis.registry = Object.freeze({ ...registry, names });
})();
