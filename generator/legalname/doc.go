// Package legalname compares the names of people as they are written: which words a name has, and how
// well two names agree. Search, verification and the check of an advertisement use the same words.
package legalname
