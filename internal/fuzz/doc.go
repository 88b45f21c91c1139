// Package fuzz looks for the problem that a candidate is wrong on, and then for the
// smallest such problem. [Run] is a campaign: it screens generated problems, spends more
// where wealth grows, confirms, and reduces. It reads and writes no files; what must
// outlive it is handed out as soon as it exists (see [Config]).
//
// One bound, alpha, holds for the whole campaign: the probability that it ever reports
// a counterexample, first or reduced, on which the candidate is right. It is spent on
// fresh randomness only.
//
//   - Screening spends nothing. It chooses problems, and its randomness is not used again.
//   - The j-th confirmation is judged at alpha/(2j(j+1)); these sum to alpha/2.
//   - The i-th smaller problem, or number of steps, that any reduction tries is judged at
//     alpha/(2i(i+1)); these sum to alpha/2 too. It is kept only if that judgement rejects
//     the candidate, so that noise is never taken for progress.
//
// The problems are chosen from the past, and the streams of each judgement are keyed by
// its number and never used twice, also by a campaign that was killed and resumed: the
// number is counted, and the state saved, before the judgement begins.
//
// A candidate that crashes or breaks the protocol is a finding of its own. There is no
// chance in it beyond the candidate's: it is confirmed if it happens again.
package fuzz
