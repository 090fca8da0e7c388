// Package legalname compares the names of people as they are written: which words a name has, which
// other names may stand for one of them, how they are spelled in Latin letters, and how well two
// names agree. Search, verification and the check of an advertisement use the same words.
package legalname
