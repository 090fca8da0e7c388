// The records of the test site: one person in every state, dated around the moment of the test so that
// the site is current whenever the tests are run. Their numbers have seven digits; the sample's that fill
// the site up have six.

const day = 24 * 60 * 60 * 1000;
const losAngeles = new Intl.DateTimeFormat("en-CA", { timeZone: "America/Los_Angeles" });

/** The calendar day in Los Angeles so many days after an instant, YYYY-MM-DD. */
export function dayAfter(instant, days) {
  const today = new Date(losAngeles.format(instant) + "T00:00:00Z");
  return new Date(today.getTime() + days * day).toISOString().slice(0, 10);
}

/** A term whose last day is so many days after an instant. */
function endingIn(instant, days) {
  return { from: dayAfter(instant, days - 729), to: dayAfter(instant, days) };
}

const ago = (instant, days) => new Date(instant.getTime() - days * day).toISOString();

/** People by what their page shows. `line` is what the source says of them. */
export function people(now) {
  const current = endingIn(now, 200);
  const list = {
    active: { name: "Rosalind Hargreaves", terms: [endingIn(now, -530), { ...current, from: dayAfter(now, -529) }], areas: ["crisis-care", "unhoused"] },
    lastDay: { name: "Terrence Okonkwo-Bell", terms: [endingIn(now, 0)] },
    lapsed: { name: "Ximena Núñez-Quiñones de la Torre", terms: [endingIn(now, -100)] },
    expired: { name: "Seán Ó Maolagáin", terms: [endingIn(now, -800)] },
    vacated: { name: "Đặng Thị Quỳnh Giang", terms: [endingIn(now, -1600)] },
    suspended: { name: "Anneliese Großkreutz-Øvergård", terms: [current], actions: [{ kind: "suspended", from: ago(now, 30) }] },
    revoked: { name: "Casimir Przybyszewski", terms: [current], actions: [{ kind: "revoked", from: ago(now, 60) }] },
    investigated: { name: "Leilani Ka‘aihue-Kealoha", terms: [current], actions: [{ kind: "under-investigation", from: ago(now, 10) }] },
    renewed: { name: "Nguyễn Thị Ánh Tuyết", terms: [endingIn(now, 40), { from: dayAfter(now, 41), to: dayAfter(now, 770) }] },
    reversed: { name: "Philippa Vandersloot", terms: [current], actions: [{ kind: "revoked", from: ago(now, 150), until: ago(now, 90) }] },
    longName: {
      // Three hundred characters, the most that a name may have.
      name: ("María Guadalupe Esperanza de los Ángeles Concepción Inmaculada Fernández-Villanueva de la Santísima Trinidad Gutiérrez y Montenegro de los Ríos ").repeat(3).slice(0, 299) + "z",
      terms: [current],
    },
    unbroken: { name: "Taumatawhakatangihangakoauauotamatea".repeat(4), terms: [current] },
    rightToLeft: { name: "عبد الرحمن أبو زيد", terms: [current] },
    hebrew: { name: "נועה בן־דוד ש׳׳י", terms: [current] },
    chinese: { name: "欧阳雨晨", terms: [current] },
    markup: { name: `Bobbie <b onclick=alert(1)>"Tables"</b> & Daughters`, terms: [current] },
    // The source says something impossible of this one.
    unavailable: { name: "Winifred Achterberg", terms: [{ from: dayAfter(now, 10), to: dayAfter(now, -10) }] },
  };
  Object.values(list).forEach((person, i) => {
    person.number = `MPSS${1000001 + i}`;
    person.line = lineOf(now, person);
  });
  return list;
}

const lineOf = (now, { number, name, terms, areas = [], actions = [] }) =>
  JSON.stringify({ number, legal_name: name, terms, specializations: areas, actions, updated_at: ago(now, 5).replace(/\.\d+Z$/, "Z"), sample: true });

/** What the source says of someone who is active. */
export const active = (now, digits, name) => lineOf(now, { number: `MPSS${digits}`, name, terms: [endingIn(now, 200)] });

/** The status that the page of each of them shows. */
export const statusOf = {
  active: "active",
  lastDay: "active",
  lapsed: "lapsed",
  expired: "expired",
  vacated: "vacated",
  suspended: "suspended",
  revoked: "revoked",
  investigated: "active",
  renewed: "active",
  reversed: "active",
  longName: "active",
  unbroken: "active",
  rightToLeft: "active",
  hebrew: "active",
  chinese: "active",
  markup: "active",
  unavailable: "unavailable",
};
