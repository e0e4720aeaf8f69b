"""What Moodle's grading worksheet calls its columns and values, in the languages that Moodle has.

For other languages the order of the columns helps: a worksheet begins with the number and the name, and the grade, the
maximum and "can be changed" stand side by side.
"""

# en, de, fr, es, it, pt, nl, pl, ja, zh, ar; some languages have used several words.
IDENTIFIER = ("Identifier", "ID", "Identifiant", "Identificador", "Identificatore", "Identificativo", "Identificatie",
              "Identificatienummer", "Identyfikator", "識別子", "标识符", "识别符", "識別碼", "المعرف", "المعرّف")  # fmt: skip
NAME = ("Full name", "Vollständiger Name", "Nom complet", "Nombre completo", "Nome completo", "Nome", "Volledige naam",
        "Imię i nazwisko", "Pełna nazwa", "氏名", "フルネーム", "姓名", "全名", "الاسم الكامل")  # fmt: skip
GRADE = ("Grade", "Bewertung", "Note", "Calificación", "Valutazione", "Nota", "Avaliação", "Cijfer", "Beoordeling",
         "Ocena", "評点", "評定", "成绩", "成績", "الدرجة", "الدَرجة", "التقدير")  # fmt: skip
MAXIMUM = ("Maximum Grade", "Bestwertung", "Note maximale", "Calificación máxima", "Valutazione massima",
           "Nota máxima", "Avaliação máxima", "Maximumcijfer", "Maximale cijfer", "Hoogste cijfer", "Maksymalna ocena",
           "Najwyższa ocena", "最大評点", "最大評定", "最高分", "最高成绩", "الدرجة العظمى", "الدرجة القصوى",
           "أقصى درجة")  # fmt: skip
CLOSED = ("Grade can be changed", "Bewertung kann geändert werden", "La note peut être modifiée",
          "La calificación puede ser cambiada", "Calificación puede ser cambiada", "La valutazione può essere modificata",
          "A nota pode ser alterada", "Nota pode ser alterada", "A avaliação pode ser alterada", "Cijfer kan gewijzigd worden",
          "Cijfer kan worden gewijzigd", "Ocena może zostać zmieniona", "Ocena może być zmieniona", "評点は変更可能",
          "評点を変更できます", "成绩可以更改", "可以更改成绩", "成績可以變更", "يمكن تغيير الدرجة")  # fmt: skip

YES = frozenset(
    "yes ja oui sí si sì sim tak はい 是 نعم да так da ano áno evet igen kyllä jah jā taip ναι כן 예 네".split()
)
NO = frozenset(
    "no nein non nee não nao nie いいえ 否 لا нет ні ne nej nei hayır hayir nem ei nē όχι לא 아니오 아니요".split()
)
