package evidence

import "assay/internal/stats"

// meanLogWealth returns the logarithm of the mean wealth of the processes.
func meanLogWealth(processes []*process) float64 {
	return stats.LogMean(len(processes), func(i int) float64 { return processes[i].LogWealth() })
}

// leading returns which of the processes has the most wealth.
func leading(processes []*process) (at int) {
	for i, process := range processes {
		if process.LogWealth() > processes[at].LogWealth() {
			at = i
		}
	}
	return at
}
