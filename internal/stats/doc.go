// Package stats is the statistics that more than one package of ours needs: intervals for a
// probability and for a mean ([Interval], [MeanInterval]), levels that may be spent one after
// the other ([Level]), a mean of wealths ([LogMean]), and a [Rank] with its ties broken.
package stats
