// Package mutation measures how a campaign of package fuzz fares against the wrong samplers of
// package mutants: whether it finds each of them among generated problems, how long it
// takes, and how small it makes the problem.
//
// A mutant may also fail for a reason that is not its bug: a chain of fixed step length
// does not mix on a law a thousand times as wide. So its control, the same sampler without
// the bug, is judged on the problem that was found, and if that is rejected too the
// campaign goes on.
package mutation
