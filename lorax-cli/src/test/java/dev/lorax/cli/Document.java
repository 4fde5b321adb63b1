package dev.lorax.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A file of the documentation, in Markdown. */
record Document(Path file, String text) {
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private static final Pattern BLOCK =
      Pattern.compile("^```(\\w*)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

  /** A fenced block. */
  record Block(String language, String text) {}

  static Document read(Path file) throws IOException {
    return new Document(file, Files.readString(file).replace("\r\n", "\n"));
  }

  /** Every Markdown file under a file or folder of the repository. */
  static List<Document> under(String name) throws IOException {
    List<Document> documents = new ArrayList<>();
    try (Stream<Path> files = Files.walk(ROOT.resolve(name))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".md")).sorted().toList()) {
        documents.add(read(file));
      }
    }
    return documents;
  }

  /** All fenced blocks, in order. */
  List<Block> blocks() {
    return BLOCK.matcher(text).results().map(b -> new Block(b.group(1), b.group(2))).toList();
  }

  List<String> blocks(String language) {
    return blocks().stream().filter(b -> b.language.equals(language)).map(Block::text).toList();
  }

  /** The lines of a shell block, with no comments. */
  static List<String> commands(String block) {
    return block
        .lines()
        .map(line -> line.replaceFirst("(^|\\s+)#.*", "").strip())
        .filter(line -> !line.isEmpty())
        .toList();
  }

  /** The words of a command, as a shell splits it; quotation marks are the only special ones. */
  static List<String> words(String command) {
    List<String> words = new ArrayList<>();
    for (Matcher word = WORD.matcher(command); word.find(); ) {
      words.add(word.group(1) != null ? word.group(1) : word.group(2));
    }
    return words;
  }

  /** Where links and images point to in the repository, as they are written. */
  List<String> relativeLinks() {
    return LINK.matcher(BLOCK.matcher(text).replaceAll(""))
        .results()
        .map(link -> link.group(1).replaceFirst("#.*", ""))
        .filter(link -> !link.isEmpty() && !link.matches("[a-z]+:.*"))
        .toList();
  }

  @Override
  public String toString() {
    return ROOT.relativize(file).toString();
  }
}
