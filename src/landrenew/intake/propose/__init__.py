"""What ``landrenew init`` does: look at every file of a folder and propose a project file.

``folder`` lists what lies there, ``look`` opens each, ``roles`` says which section of the project
file each is, ``names`` finds our columns among theirs, ``units``, ``land`` and ``place`` settle
the units, the rows that are industrial land and a missing CRS, ``sections`` puts it together,
``text`` writes it, and ``proposal`` tries it out.
"""
