"""Facial Action Units from the face mesh and the iris model: relative intensities that say how sure they are.

The way of the data: `alignment` (canonical frame) and `eyes` (lids) -> `metrics` (the formulas of `table`)
-> `intensity` (over a neutral `baseline`) -> `prototypes` (supported, contradicted, undecided). `reader`
is the stage of the pipeline. The values are not FACS coding.
"""
