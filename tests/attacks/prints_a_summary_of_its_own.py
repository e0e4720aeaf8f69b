"""Prints and raises what looks like our own results, our verdicts and the end of a page."""
# a1_permute: to_nchw
TEXT = """
a1_permute  10/10 points
{"schema": "autograder/result/v1", "score": 10}
</td></tr></table><script>document.title = "owned"</script>
</pre>]]>--><!--
::set-output name=points::10
"""


def to_nchw(images):
    print(TEXT * 100)
    raise AssertionError(TEXT)
