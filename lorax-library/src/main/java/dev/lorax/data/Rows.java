package dev.lorax.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Turns the bytes of a record into named values. */
interface Rows {
  /** The values, in the order of the file. */
  Map<String, Object> row(byte[] record);

  /** Those of a JSON object that stands alone on its line. */
  static Rows lines() {
    return record -> Json.object(text(record), Json.ALONE);
  }

  /** Those of a JSON object in an array; a comma may follow it. */
  static Rows elements() {
    return record -> Json.object(text(record), Json.FOLLOWED);
  }

  /** Those of a line of CSV under these names. */
  static Rows csv(List<String> names) {
    return record -> {
      List<String> cells = cells(record);
      if (cells.size() != names.size()) {
        throw new Fault(
            Finding.WRONG_COLUMNS,
            "has %d columns where the first line names %d: quote cells that hold commas"
                .formatted(cells.size(), names.size()));
      }
      Map<String, Object> row = new LinkedHashMap<>();
      for (int i = 0; i < names.size(); i++) {
        row.put(names.get(i), cells.get(i));
      }
      return row;
    };
  }

  /** The cells of a line of CSV. */
  static List<String> cells(byte[] record) {
    try {
      return Csv.ROW.readValue(text(record).replaceFirst("[\r\n]+$", ""));
    } catch (JsonProcessingException bad) {
      throw new Fault(Finding.WRONG_COLUMNS, "is not CSV (%s)".formatted(Json.message(bad)));
    }
  }

  private static String text(byte[] record) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(record)).toString();
    } catch (CharacterCodingException bad) {
      throw new Fault(Finding.NOT_UTF8, "is not in UTF-8: save the file as UTF-8");
    }
  }

  /** CSV as RFC 4180 has it. */
  final class Csv {
    private static final ObjectReader ROW = new CsvMapper().readerForListOf(String.class);

    private Csv() {}
  }

  /** JSON, in a line or in a string. */
  final class Json {
    private static final JsonMapper JSON = new JsonMapper();
    private static final ObjectReader FOLLOWED =
        JSON.readerFor(new TypeReference<Map<String, Object>>() {});
    private static final ObjectReader ALONE =
        FOLLOWED.with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final ObjectReader VALUE =
        JSON.readerFor(Object.class).with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Json() {}

    private static Map<String, Object> object(String text, ObjectReader reader) {
      if (!text.startsWith("{")) {
        throw new Fault(Finding.NOT_JSON, "is not a JSON object: it must begin with {");
      }
      try {
        return reader.readValue(text);
      } catch (JsonProcessingException bad) {
        int column = bad.getLocation() == null ? 1 : bad.getLocation().getColumnNr();
        String remedy =
            reader == ALONE ? ": write one JSON object on each line, or all in one array" : "";
        throw new Fault(
            Finding.NOT_JSON,
            "is not JSON at column %d (%s)%s".formatted(column, message(bad), remedy));
      }
    }

    /** The value of a field that may be JSON or a string that holds JSON. */
    static Object value(Object value, String field) {
      if (!(value instanceof String text)) {
        return value;
      }
      try {
        return VALUE.readValue(text);
      } catch (JsonProcessingException bad) {
        throw new Fault(
            Finding.MISSING_FIELD,
            "the field '%s' is a string that is not JSON (%s)".formatted(field, message(bad)));
      }
    }

    /** Without the parser's own name for the place, which is that of a text in memory. */
    private static String message(JsonProcessingException bad) {
      if (bad instanceof JsonEOFException) {
        return "it ends before it is complete";
      }
      String what = bad.getOriginalMessage().lines().findFirst().orElse("no detail");
      return what.replaceFirst(" ?\\([^(]*\\[Source.*", "");
    }
  }
}
