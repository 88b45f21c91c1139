// Package hardness measures what inverting a one-way function costs as the number n of
// its input bits grows: for the inverters, for posterior samplers made into inverters by
// the reduction, and, for comparison, for unconditional sampling of the same hard instance,
// which is to stay cheap. It measures one machine and decides nothing; see package
// theorems for what is proved.
//
// Start with [Measure].
package hardness
