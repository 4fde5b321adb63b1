package dev.lorax.model;

import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;

/** Where in a checkpoint file a parameter lies. Data, so that it can be read both ways. */
public sealed interface Source {
  /** The tensor's name in the file. */
  String tensor();

  /** The parameter in the file's tensor; a view where that is possible. */
  Tensor read(Tensor file);

  /** Copies the parameter to its place in the file's tensor: the inverse of {@link #read}. */
  void write(Tensor parameter, Tensor file);

  /**
   * This parameter's rows of something that has a row for each row of the matrix in the file, such
   * as an adapter's B; all of them unless several parameters are fused.
   */
  default Tensor rows(Tensor all) {
    return all;
  }

  /** Copies this parameter's rows to their places: the inverse of {@link #rows}. */
  default void putRows(Tensor rows, Tensor all) {
    all.copyInPlace(rows);
  }

  /** The shape of the file's tensor, given that of the parameter. */
  Shape fileShape(Shape parameter);

  /** Whether the file keeps a matrix as [in, out]. */
  default boolean isTransposed() {
    return false;
  }

  /** The whole tensor. */
  record Whole(String tensor) implements Source {
    @Override
    public Tensor read(Tensor file) {
      return file;
    }

    @Override
    public void write(Tensor parameter, Tensor file) {
      file.copyInPlace(parameter);
    }

    @Override
    public Shape fileShape(Shape parameter) {
      return parameter;
    }
  }

  /** The whole tensor, its two dimensions swapped. */
  record Transposed(String tensor) implements Source {
    @Override
    public Tensor read(Tensor file) {
      return file.transpose(0, 1);
    }

    @Override
    public void write(Tensor parameter, Tensor file) {
      file.transpose(0, 1).copyInPlace(parameter);
    }

    @Override
    public Shape fileShape(Shape parameter) {
      return Shape.of(parameter.get(1), parameter.get(0));
    }

    @Override
    public boolean isTransposed() {
      return true;
    }
  }

  /**
   * Some rows of what another source gives: one of several parameters fused in one tensor.
   *
   * <p>The rows of the fused parameters lie below each other, or take turns: a group of all of them
   * for the first head, one for the second, and so on.
   *
   * @param fused the source of all rows
   * @param groups how often the parameters take turns
   * @param first the first row in each group
   * @param count how many in each group
   * @param total how many rows the fused parameters have together in each group
   */
  record Rows(Source fused, long groups, long first, long count, long total) implements Source {
    /** Rows that lie together. */
    public Rows(Source fused, long first, long count, long total) {
      this(fused, 1, first, count, total);
    }

    @Override
    public String tensor() {
      return fused.tensor();
    }

    @Override
    public Tensor read(Tensor file) {
      return rows(fused.read(file));
    }

    @Override
    public void write(Tensor parameter, Tensor file) {
      putRows(parameter, isTransposed() ? file.transpose(0, 1) : file);
    }

    @Override
    public Tensor rows(Tensor all) {
      Tensor rows = place(all);
      return all.shape().rank() == 1 ? rows.view(-1) : rows.view(groups * count, -1);
    }

    @Override
    public void putRows(Tensor rows, Tensor all) {
      place(all).copyInPlace(rows.view(groups, count, -1));
    }

    /** A view of this parameter's rows: [groups, count, row]. */
    private Tensor place(Tensor all) {
      return all.view(groups, total, -1).narrow(1, first, count);
    }

    @Override
    public Shape fileShape(Shape parameter) {
      long[] lengths = parameter.toArray();
      lengths[0] = groups * total;
      return fused.fileShape(Shape.of(lengths));
    }

    @Override
    public boolean isTransposed() {
      return fused.isTransposed();
    }
  }
}
