package fuzz

import _ "assay/internal/schema" // every result that these tests see is checked
