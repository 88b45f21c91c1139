// Package planted has faults planted into it by the tests of the command.
package planted

// Sum returns 1 + 2 + ... + n.
func Sum(n int) (sum int) {
	for i := 1; i <= n; i++ {
		sum += i
	}
	return sum
}

// Product returns 1 * 2 * ... * n. Nothing tests it.
func Product(n int) int {
	if n == 0 {
		return 1
	}
	return n * Product(n-1)
}
