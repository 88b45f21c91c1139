//go:build !race

package inverter

const raceEnabled = false
