package props

import (
	"strings"

	"assay/internal/text"
	"assay/spec"
)

// formWords says what each form of a tolerance allows.
var formWords = map[spec.Form]string{
	spec.Definition15: "for all but delta of y, all but delta of the draws are within tau",
	spec.Definition13: "all but delta of the draws are within tau; there is no y",
	spec.Definition12: "at each y looked at, all but delta of the draws are within tau",
	spec.Joint:        "over all y and draws, all but delta are within tau",
}

// writeTolerance says what counts as right, by which definition, and where it was looked at
// most closely.
func (v *Verdict) writeTolerance(b *text.Page) {
	writeTolerance(b, v.Tolerance, v.Fitted, v.Problems, v.Worst().Resolution)
}

func writeTolerance(b *text.Page, t spec.Tolerance, fitted bool, problems []Finding, resolution float64) {
	if t.Exact() {
		if fitted {
			b.Field("tolerance", "none, as WithinEach gave for each problem")
		}
		return
	}
	b.Field("tolerance", "tau %.3g, delta %.3g; looked at most closely at resolution %.3g", t.Tau, t.Delta, resolution)
	if fitted {
		b.Field("", "the largest that WithinEach gave for a problem")
	}
	var forms []spec.Form
	on := map[spec.Form][]string{}
	for _, f := range problems {
		if on[f.Form] == nil {
			forms = append(forms, f.Form)
		}
		on[f.Form] = append(on[f.Form], text.Name(f.Problem))
	}
	for _, form := range forms {
		where := ""
		if len(forms) > 1 {
			where = " on " + strings.Join(on[form], ", ")
		}
		b.Field("", "%s%s: %s", form, where, formWords[form])
	}
}
