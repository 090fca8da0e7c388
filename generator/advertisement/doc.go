// Package advertisement holds an advertisement of a certification against the rules of §213 and the
// record: the text of a card, a web page or the end of an e-mail.
//
// It promises:
//
//   - What it says is a function of the text and the statement. It reads at most MaxText characters of
//     text, in time that grows with their number.
//   - A broken rule is told with the line it stands on. What a machine cannot judge, such as ties to
//     an organization (§213.5), it does not judge.
//   - A text that Correct writes breaks no rule.
package advertisement
