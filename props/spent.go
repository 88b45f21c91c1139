package props

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"assay/internal/tally"
	"assay/internal/text"
)

// writeSpent says what was spent, if anything was: what a metered problem counts first, and the
// rest by name.
func writeSpent(b *text.Page, spent tally.Costs) {
	first := []string{tally.JacobianProducts, tally.PointsDenoised} // the later one before
	names := slices.SortedFunc(maps.Keys(spent), func(x, y string) int {
		return cmp.Or(cmp.Compare(slices.Index(first, y), slices.Index(first, x)), strings.Compare(x, y))
	})
	var words []string
	for _, name := range names {
		words = append(words, text.Number(spent[name])+" "+name)
	}
	if len(words) > 0 {
		b.Field("spent", "%s", strings.Join(words, ", "))
	}
}
