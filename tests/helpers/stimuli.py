"""A list of stimuli for the built-in sample: events, ranges and an exclusion."""

STIMULI = """name,start_s,end_s,kind
joke,2.2,,
joke,3,,
joke,4,,
joke,8,,
joke,9,,
joke,10,,
ad,0,5,range
news,6.8,12,range
cough,5.2,6,exclusion
"""
