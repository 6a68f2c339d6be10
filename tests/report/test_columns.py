from molgfn.report.columns import CANDIDATE_COLUMNS, REJECTED_COLUMNS


def test_every_number_says_how_it_is_rounded():
    for column in (*CANDIDATE_COLUMNS, *REJECTED_COLUMNS):
        assert (column.decimals is not None) == (column.type == "number"), column.name


def test_every_column_is_explained_and_none_stands_twice():
    for columns in (CANDIDATE_COLUMNS, REJECTED_COLUMNS):
        assert all(len(column.meaning) > 5 and column.meaning.endswith(".") for column in columns)
        assert len({column.name for column in columns}) == len(columns)
